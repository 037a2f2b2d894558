import fs from "node:fs"
import path from "node:path"
import type { ExecPlace } from "./exec-chain.ts"
import type { Namespace } from "./namespace.ts"
import { operatorSoftOpenFiles } from "./open-files-limit.ts"
import { hasOnlyPrimaryGroup } from "./supplementary-groups.ts"

const SYSTEM_DIRECTORIES = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

/** This machine and process, as commands are started from here. */
export function systemExecPlace(namespace: Namespace | undefined): ExecPlace {
  const softOpenFiles = operatorSoftOpenFiles()
  return {
    tools: { sh: "/bin/sh", env: findTool("env"), setpriv: findTool("setpriv"), nsenter: findTool("nsenter") },
    uid: process.geteuid?.() ?? 0,
    cwd: process.cwd(),
    hasOnlyPrimaryGroup: (user) => hasOnlyPrimaryGroup(user),
    ...(namespace === undefined ? {} : { enter: namespace.enter }),
    ...(softOpenFiles === undefined ? {} : { softOpenFiles }),
  }
}

/** The absolute path of a tool of the system; its bare name where it is missing, so that the message names it. */
function findTool(name: string): string {
  const inherited = (process.env["PATH"] ?? "").split(":").filter((directory) => directory.startsWith("/"))
  const places = [...SYSTEM_DIRECTORIES, ...inherited].map((directory) => path.join(directory, name))
  return places.find((file) => fs.existsSync(file)) ?? name
}
