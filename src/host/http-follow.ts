import type http from "node:http"
import type { HttpLineObserver } from "../ports/http-client.ts"
import { reasonOf } from "./http-exchange.ts"

const LINE_LENGTH_MAX = 64 * 1024 * 1024

/** Tells an observer the lines of an answer as they come. Returns how to stop it. */
export function followLines(outgoing: http.ClientRequest, observer: HttpLineObserver): () => void {
  let ended = false
  const end = (why: string) => {
    if (ended) return
    ended = true
    observer.onEnd(why)
  }
  outgoing.on("error", (error) => end(reasonOf(error)))
  outgoing.once("response", (incoming) => {
    const status = incoming.statusCode ?? 0
    let rest = ""
    incoming.setEncoding("utf8")
    incoming.on("data", (text: string) => {
      if (ended) return
      const lines = (rest + text).split("\n")
      rest = lines.pop() ?? ""
      if (rest.length > LINE_LENGTH_MAX) {
        end(`a line is longer than ${LINE_LENGTH_MAX} bytes`)
        outgoing.destroy()
        return
      }
      for (const line of lines) if (!ended) observer.onLine(line, status)
    })
    incoming.on("error", (error) => end(reasonOf(error)))
    incoming.once("end", () => {
      if (!ended && rest !== "") observer.onLine(rest, status)
      end("the other side ended the answer")
    })
  })
  return () => {
    ended = true
    outgoing.destroy()
  }
}
