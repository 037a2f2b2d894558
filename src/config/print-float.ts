/** How floats are written: `json` also in rendered templates; `toml` never uses an exponent. */
export type FloatStyle = "json" | "toml" | "yaml"

const SPECIAL = {
  json: { nan: "null", infinity: "null", negative: "null" },
  toml: { nan: "nan", infinity: "inf", negative: "-inf" },
  yaml: { nan: ".nan", infinity: ".inf", negative: "-.inf" },
} as const satisfies Record<FloatStyle, { nan: string; infinity: string; negative: string }>

/**
 * The shortest decimal that reads back as the same float, always recognisable as one: `1.0`, `0.00001`, `1e+21`
 * (spec supervisor §5.2; the reference prints so).
 */
export function printFloat(value: number, style: FloatStyle): string {
  if (Number.isNaN(value)) return SPECIAL[style].nan
  if (!Number.isFinite(value)) return value > 0 ? SPECIAL[style].infinity : SPECIAL[style].negative
  const sign = value < 0 || Object.is(value, -0) ? "-" : ""
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e")
  const digits = mantissa.replace(".", "")
  const exponent = Number(exponentText)
  const plain = style === "toml" || (exponent > -6 && exponent < 16)
  return sign + (plain ? withoutExponent(digits, exponent) : withExponent(digits, exponent, style))
}

function withoutExponent(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0")
  return `${whole}.${digits.slice(exponent + 1) || "0"}`
}

function withExponent(digits: string, exponent: number, style: FloatStyle): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ""
  const sign = exponent > 0 && style === "json" ? "+" : ""
  return `${digits.charAt(0)}${fraction}e${sign}${exponent}`
}
