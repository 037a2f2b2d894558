import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { createServiceDirectories } from "../../src/package/service-directories.ts"
import { fakeUsers } from "../support/fake-users.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const SERVICE = "/srv/x/hab/svc/redis"
const redis = { user: { name: "redis", uid: 70 }, group: { name: "redis", gid: 70 } }

function create(files = memoryFileSystem(), users = fakeUsers()) {
  createServiceDirectories({ files, users, layout }, { name: "redis", credentials: redis })
  return files
}

const octal = (mode: number | undefined) => mode?.toString(8)

describe("the directories of a service", () => {
  it("are open to look into where hooks and logs are, and the service's own elsewhere", () => {
    const files = create()
    const found = files.readDirectory(SERVICE).map(({ name }) => {
      const stat = files.stat(`${SERVICE}/${name}`)
      return [name, octal(stat?.mode), stat?.uid, stat?.gid]
    })
    expect(found).toEqual([
      ["config", "770", 70, 70],
      ["config_install", "770", 70, 70],
      ["data", "770", 70, 70],
      ["files", "770", 70, 70],
      ["hooks", "755", 0, 0],
      ["logs", "755", 0, 0],
      ["static", "770", 70, 70],
      ["var", "770", 70, 70],
    ])
    expect(octal(files.stat(SERVICE)?.mode)).toBe("755")
  })

  it("stay as they are when they exist already, except the way to hooks and logs", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/srv/x/hab", 0o700)
    files.makeDirectories(`${SERVICE}/data`, 0o700)
    files.makeDirectories(`${SERVICE}/logs`, 0o700)
    create(files)
    const modes = ["/data", "/logs", "", "/..", "/../.."].map((name) => octal(files.stat(SERVICE + name)?.mode))
    expect(modes).toEqual(["700", "755", "755", "755", "700"])
    expect(files.stat(`${SERVICE}/data`)?.uid).toBe(0)
  })

  it("leaves a directory of somebody else on the way alone, and those above it", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/srv/x/hab/svc", 0o750)
    files.chown("/srv/x/hab/svc", 5, 5)
    create(files)
    expect(octal(files.stat("/srv/x/hab/svc")?.mode)).toBe("750")
  })

  it("says which one cannot be created, and why", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/srv/x/hab/svc")
    files.writeFile(SERVICE, "a file")
    expect(() => create(files)).toThrow(
      expect.objectContaining({
        code: "SERVICE_DIRECTORY",
        message: expect.stringContaining(`Can't create directory ${SERVICE}`),
      }),
    )
  })
})
