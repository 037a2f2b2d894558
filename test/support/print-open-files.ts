import { operatorSoftOpenFiles } from "../../src/host/open-files-limit.ts"

/** Program: prints the soft limit of open files the operator had, or `-` when it is ours. */
process.stdout.write(`${operatorSoftOpenFiles() ?? "-"}\n`)
