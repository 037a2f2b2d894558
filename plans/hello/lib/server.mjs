// The service: node server.mjs CONFIG_FILE. SIGHUP reads the file again, SIGTERM ends it.
import { readFileSync } from "node:fs"
import { createServer } from "node:http"

const file = process.argv[2]
let config = read()

function read() {
  return JSON.parse(readFileSync(file, "utf8"))
}

const server = createServer((request, response) => {
  const known = request.url === "/" || request.url === "/health"
  response.writeHead(known ? 200 : 404, { "content-type": "text/plain; charset=utf-8" })
  if (request.url === "/health") response.end("ok\n")
  else if (known) response.end(`${config.greeting}\npackage ${config.package}, process ${process.pid}\n`)
  else response.end("there is only / and /health\n")
})

function listen() {
  server.listen(config.port, config.host, () => console.log(`listening on http://${config.host}:${config.port}/`))
}

server.on("error", (error) => {
  console.error(error.message)
  process.exit(1)
})

process.on("SIGHUP", () => {
  const before = config
  config = read()
  console.log(`configuration read again: ${JSON.stringify(config.greeting)}`)
  if (config.host === before.host && config.port === before.port) return
  server.close(listen)
  server.closeAllConnections()
})

process.on("SIGTERM", () => {
  console.log("stopping")
  server.close(() => process.exit(0))
  server.closeAllConnections()
})

listen()
