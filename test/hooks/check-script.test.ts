import { expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { checkScript } from "../../src/hooks/check-script.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const script = "/hab/svc/redis/hooks/init"
const HOST = "/srv/x/hab/svc/redis/hooks/init"

function check(text: string, options: { mode?: number; cwd?: string } = {}) {
  const files = memoryFileSystem()
  files.makeDirectories("/srv/x/hab/svc/redis/hooks")
  files.makeDirectories("/srv/x/hab/pkgs/core/bash/5/1/bin")
  files.makeDirectories("/bin")
  files.writeFile("/bin/sh", "", { mode: 0o755 })
  files.writeFile("/srv/x/hab/pkgs/core/bash/5/1/bin/bash", "", { mode: 0o755 })
  files.writeFile(HOST, text, { mode: options.mode ?? 0o750 })
  return checkScript({ files, layout }, { script, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) })
}

it("a script with a shebang that names an existing interpreter can be executed, below the root too", () => {
  expect(check("#!/bin/sh\nexit 0\n")).toBeUndefined()
  expect(check("#! /bin/sh -e\n")).toBeUndefined()
  expect(check("#!/hab/pkgs/core/bash/5/1/bin/bash\n", { cwd: "/hab/svc/redis" })).toBeUndefined()
  expect(check("\u007fELF\u0002")).toBeUndefined()
})

it.each([
  ["exit 0\n", {}, "it has no shebang; its first line must name an interpreter, for example #!/bin/sh"],
  ["", {}, "it has no shebang; its first line must name an interpreter, for example #!/bin/sh"],
  ["#!/bin/sh\r\nexit 0\r\n", {}, "its lines end with CR LF; save it with LF line ends"],
  [
    "#!/hab/pkgs/core/ruby/3/1/bin/ruby\n",
    {},
    "its interpreter /hab/pkgs/core/ruby/3/1/bin/ruby does not exist; install it or correct the first line",
  ],
  ["#!/bin/sh\n", { mode: 0o640 }, "it is not executable; run chmod 0750 on it"],
  ["#!/bin/sh\n", { cwd: "/hab/svc/gone" }, "its working directory /hab/svc/gone does not exist"],
])("a script of %j with %o cannot, and the reason says what to do", (text, options, reason) => {
  expect(check(text, options)).toBe(reason)
})

it("a missing script and a directory cannot be executed", () => {
  const files = memoryFileSystem()
  expect(checkScript({ files, layout }, { script })).toMatch(/^there is no such file/)
  files.makeDirectories(HOST)
  expect(checkScript({ files, layout }, { script })).toBe("it is not a file")
})
