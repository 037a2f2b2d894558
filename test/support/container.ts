import { spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { expect, onTestFinished } from "vitest"
import type { Hab } from "./hab.ts"

/** What reads and unpacks the images we write. */
export const lacksImageTools = [
  ["skopeo", "--version"],
  ["umoci", "--version"],
  ["ldd", "--version"],
].some(([program = "", ...args]) => spawnSync(program, args).status !== 0)
/** Root, where the machine lets it make namespaces. */
export const canMakeNamespaces =
  process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]).status === 0

/** Shows the image's own /proc and three devices of a tmpfs: what any container runtime gives. Then becomes what follows. */
const ENTER = `R=$1; shift
mount -t proc proc "$R/proc" && mount -t tmpfs tmpfs "$R/dev"
mknod -m 666 "$R/dev/null" c 1 3 && mknod -m 666 "$R/dev/random" c 1 8 && mknod -m 666 "$R/dev/urandom" c 1 9
exec "$@"`

/** The root file system of an image, unpacked. */
export function unpacked(hab: Hab, image: string): string {
  const rootless = process.getuid?.() === 0 ? [] : ["--rootless"]
  const umoci = ["unpack", ...rootless, "--image", `${image}:latest`, hab.path("bundle")]
  expect(spawnSync("umoci", umoci, { encoding: "utf8" })).toMatchObject({ status: 0 })
  return hab.path("bundle/rootfs")
}

/** The image's configuration as a container runtime reads it. */
export function configOf(image: string) {
  const { stdout } = spawnSync("skopeo", ["inspect", "--config", `oci:${image}:latest`], { encoding: "utf8" })
  return JSON.parse(stdout).config
}

/** Runs the entrypoint as the image's user, as process 1 of namespaces of its own in which nothing of the host is mounted. */
export function startContainer(rootfs: string, { User, Env, Entrypoint, Cmd }: ReturnType<typeof configOf>) {
  const inside = ["/usr/bin/env", "-i", ...Env]
  const chroot = ["chroot", `--userspec=${User}`, rootfs, ...inside]
  const enter = ["sh", "-c", ENTER, "enter", rootfs, ...chroot, ...Entrypoint, ...Cmd]
  const child = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", ...enter], { stdio: "ignore" })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  onTestFinished(() => void child.kill("SIGKILL"))
  const first = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"))
  const run = (...words: string[]) =>
    spawnSync("nsenter", [`--target=${first()}`, "--mount", "--pid", ...chroot, ...words], { encoding: "utf8" }).stdout
  return { first, run, ended }
}
