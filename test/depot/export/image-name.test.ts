import { describe, expect, it } from "vitest"
import { type ImageNaming, imageNames } from "../../../src/depot/export/image-name.ts"
import { parseFullIdent } from "../../../src/package/ident.ts"

const DEFAULT: ImageNaming = {
  template: "{{pkg_origin}}/{{pkg_name}}",
  registry: undefined,
  custom: undefined,
  latest: true,
  version: true,
  versionRelease: true,
}
const named = (more: Partial<ImageNaming> = {}, ident = "acme/Web/1.2+git/20240102030405") =>
  imageNames(parseFullIdent(ident), { ...DEFAULT, ...more })

describe("the name of an image", () => {
  it("is that of the package in lower case, with tags for the version and the release", () => {
    expect(named()).toEqual({ name: "acme/web", tags: ["latest", "1.2-git", "1.2-git-20240102030405"] })
  })

  it("follows a template, a registry and a tag of one's own, each tag once", () => {
    const more = { template: "x-{{ pkg_name }}", registry: "https://reg.example:5000/", custom: "{{pkg_version}}" }
    expect(named({ ...more, latest: false }, "acme/web/1/20240102030405")).toEqual({
      name: "reg.example:5000/x-web",
      tags: ["1", "1-20240102030405"],
    })
  })

  it("is refused when OCI does not take it", () => {
    for (const more of [
      { template: "a b" },
      { template: "/x" },
      { custom: "-x" },
      { latest: false, version: false, versionRelease: false },
    ]) {
      expect(() => named(more)).toThrowError(expect.objectContaining({ code: "EXPORT_IMPOSSIBLE" }))
    }
  })
})
