import { describeSystemError } from "../../base/describe-system-error.ts"
import type { ErrorCode } from "../../base/error-codes.ts"
import { HabError, isSystemError } from "../../base/errors.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { HttpAddress, TlsMaterial } from "../../ports/http-server.ts"
import { printListenAddress } from "./listen-address.ts"

/** Host paths of PEM files. With `authorities`, clients need a certificate that one of them signed. */
export type TlsFiles = Readonly<{ key: string; certificates: string; authorities?: readonly string[] }>

/** What a gateway says when it cannot listen: codes and hints are its own. */
export type ListenWords = Readonly<{ address: ErrorCode; addressHint: string; tls: ErrorCode; tlsHint: string }>

/** Turns what `listen` threw into the error people see; what is neither about the address nor about TLS stays as it is. */
export function listenFailure(
  error: unknown,
  { address, tls }: Readonly<{ address: HttpAddress; tls?: TlsFiles | undefined }>,
  words: ListenWords,
): unknown {
  if (isListenError(error)) {
    const why = error.code === "EADDRINUSE" ? "another program listens there" : describeSystemError(error)
    const message = `Unable to bind to address ${printListenAddress(address)}: ${why}`
    return new HabError(words.address, message, { hint: words.addressHint, cause: error })
  }
  if (tls === undefined || !(error instanceof Error) || error instanceof HabError) return error
  return new HabError(words.tls, `${tls.key} and ${tls.certificates} cannot be used: ${error.message}`, {
    hint: words.tlsHint,
    cause: error,
  })
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return isSystemError(error) && ["listen", "bind", "getaddrinfo"].includes(error.syscall ?? "")
}

/** The texts in PEM files. Throws `code` for one that cannot be read. */
export function readPem(
  files: Pick<FileSystem, "readText">,
  { key, certificates, authorities }: TlsFiles,
  code: ErrorCode,
): TlsMaterial {
  const read = (path: string) => {
    try {
      return files.readText(path)
    } catch (error) {
      if (!isSystemError(error)) throw error
      throw new HabError(code, describeSystemError(error), { cause: error })
    }
  }
  return {
    key: read(key),
    certificates: read(certificates),
    ...(authorities === undefined ? {} : { authorities: authorities.map(read).join("\n") }),
  }
}
