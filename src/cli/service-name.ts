import { parseIdent } from "../package/ident.ts"

/** The name in what people call a service: an ident (`acme/web`), a name (`web`) or a group (`web.default`). */
export function nameOfService(text: string): string {
  return text.includes("/") ? parseIdent(text).name : text.replace(/\..*$/, "")
}
