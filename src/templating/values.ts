import type { ConfigDateTime, ConfigFloat } from "../config/value.ts"

/** Anything a template can see: configuration values and plain objects side by side. */
export type TemplateValue =
  | string
  | boolean
  | number
  | bigint
  | null
  | undefined
  | ConfigFloat
  | ConfigDateTime
  | readonly TemplateValue[]
  | ReadonlyMap<string, TemplateValue>
  | { readonly [key: string]: TemplateValue }

/** The top level of what a template sees. */
export type TemplateContext = Readonly<Record<string, TemplateValue>>
