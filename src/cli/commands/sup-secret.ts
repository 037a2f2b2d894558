import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import { newSecret } from "../../supervisor/state-files.ts"
import { defineCommand } from "../command.ts"
import { controlTlsDirectory } from "../options/control-options.ts"

/** `hab sup secret generate` (spec supervisor §1.8). */
export const generateSecretCommand = defineCommand({
  name: "secret generate",
  summary: "Print a new secret for the control gateway: what CTL_SECRET of each supervisor and client holds",
  examples: ["hab sup secret generate"],
  options: {},
  async run(_, { host }) {
    return { text: newSecret(host.randomBytes) }
  },
})

const VALID_DAYS = "3650"

/** `hab sup secret generate-tls` (spec supervisor §1.8): ECDSA P-256, self-signed, through `openssl`. */
export const generateTlsCommand = defineCommand({
  name: "secret generate-tls",
  summary: "Make a key and a self-signed certificate for the control gateway",
  arguments: "[folder]",
  examples: ["hab sup secret generate-tls --subject-alternative-name sup.example.com"],
  options: {
    subjectAlternativeName: {
      kind: "text",
      value: "NAME",
      summary: "The name clients reach the supervisor by, beside localhost (default: localhost alone)",
    },
  },
  async run({ args: [folder], options: { subjectAlternativeName: name } }, { host, layout, signal }) {
    const directory = folder === undefined ? controlTlsDirectory(layout) : path.resolve(host.cwd, folder)
    const revision = new Date(host.clock.now()).toISOString().replace(/\D/g, "").slice(0, 14)
    const file = `${directory}/ctl-gateway-${revision}`
    const names = [...new Set([name ?? "localhost", "localhost"])].map((one) => `DNS:${one}`)
    host.files.makeDirectories(directory, 0o700)
    const { status, stderr } = await host.processes.run({
      argv: [
        ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
        ...["-subj", "/O=Habitat Supervisor Control Gateway", "-addext", `subjectAltName=${names.join(",")}`],
        ...["-days", VALID_DAYS, "-keyout", `${file}.key.pem`, "-out", `${file}.crt.pem`],
      ] as [string, ...string[]],
      env: host.env,
      signal,
    })
    if (status.tag === "exited" && status.code === 0) return { text: `${file}.key.pem\n${file}.crt.pem` }
    const why = status.tag === "not-started" ? status.cause : (stderr.trim().split("\n").at(-1) ?? "")
    throw new HabError("CONTROL_TLS_INVALID", `openssl could not make a certificate: ${why}`, {
      hint: "the program openssl (1.1.1 or newer) makes it; any ECDSA or RSA certificate in PEM format will do",
    })
  },
})
