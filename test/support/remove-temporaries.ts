import { afterEach } from "vitest"
import { removeTemporaryDirectories } from "./temp-root.ts"

// Here, because vitest runs setup files for every test file: files that share a process import other modules once, and a
// hook in one of those would be the first file's alone.
afterEach(removeTemporaryDirectories)
