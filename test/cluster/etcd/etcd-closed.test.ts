import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import https from "node:https"
import type { AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Answer, ClusterStore } from "../../../src/cluster/cluster-store.ts"
import { createEtcdStore } from "../../../src/cluster/etcd/etcd-store.ts"
import type { EtcdOptions } from "../../../src/cluster/etcd/gateway.ts"
import { systemClock } from "../../../src/host/clock.ts"
import { systemHttpClient } from "../../../src/host/http-client.ts"
import { type EtcdNode, hasEtcd, startEtcd } from "../../support/etcd.ts"
import { createHab } from "../../support/hab.ts"
import { put, recordWatch } from "../../support/store-contract.ts"
import { until } from "../../support/until.ts"

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0
const PASSWORD = "correct horse"

const folder = mkdtempSync(path.join(os.tmpdir(), "hab-certificates-"))
const at = (name: string) => path.join(folder, name)
const pem = (name: string) => readFileSync(at(name), "utf8")
const stores: ClusterStore[] = []
let node: EtcdNode

const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" })
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

/** A key and a certificate signed by our authority. */
function issue(name: string, subject: string, extension?: string): void {
  openssl("req", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject)
  writeFileSync(at(`${name}.ext`), extension ?? "")
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", `${name}.ext`]
  openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signed)
}

const etcdctl = (...words: string[]) =>
  execFileSync(
    "etcdctl",
    [
      ...[
        "--endpoints",
        node.endpoint,
        "--cacert",
        at("ca.pem"),
        "--cert",
        at("client.pem"),
        "--key",
        at("client.key"),
      ],
      ...words,
    ],
    { encoding: "utf8", stdio: "pipe", env: { ...process.env, ETCDCTL_API: "3" } },
  )

const closed = () => ({ authorities: pem("ca.pem"), certificate: pem("client.pem"), key: pem("client.key") })
const east = { name: "east", password: PASSWORD }

function open(options: Partial<EtcdOptions>): ClusterStore {
  const machine = { http: systemHttpClient(), clock: systemClock, random: Math.random }
  const store = createEtcdStore(machine, { endpoints: [node.endpoint], ...options })
  stores.push(store)
  return store
}

const whyNot = (answer: Answer<unknown>) => (answer.tag === "unreachable" ? answer.why : "it answered")

describe.skipIf(!hasEtcd || !hasOpenssl)("an etcd with certificates and users (needs etcd, openssl)", () => {
  beforeAll(async () => {
    openssl("req", "-x509", ...KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=an authority")
    // No common name at all: names stand in the subject alternative names only.
    issue("server", "/O=ring", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    issue("client", "/O=ring")
    issue("old", "/CN=127.0.0.1")
    const files = ["--cert-file", at("server.pem"), "--key-file", at("server.key")]
    const options = [...files, "--client-cert-auth", "--trusted-ca-file", at("ca.pem")]
    const ask = { ca: pem("ca.pem"), cert: pem("client.pem"), key: pem("client.key") }
    node = (await startEtcd(1, { tls: { ask, options } }))[0] as EtcdNode
    etcdctl("user", "add", `root:${PASSWORD}`)
    etcdctl("user", "grant-role", "root", "root")
    etcdctl("user", "add", `east:${PASSWORD}`)
    etcdctl("role", "add", "east")
    etcdctl("role", "grant-permission", "east", "--prefix=true", "readwrite", "/hab/east/")
    etcdctl("user", "grant-role", "east", "east")
    etcdctl("auth", "enable")
  }, 90_000)

  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()))
    rmSync(folder, { recursive: true, force: true })
  })

  it("serves who shows a certificate and knows the password: keys, watches and leases, over a restart of etcd", async () => {
    const store = open({ tls: closed(), user: east })
    const seen = recordWatch(store, "/hab/east/")
    await until("the listing comes", () => seen.listings.length === 1)
    const lease = await store.lease(5_000, () => undefined)
    if (lease.tag !== "found") throw new Error(lease.why)
    const key = "/hab/east/members/a"
    expect(await store.commit([], [put(key, "1", lease.value.id)])).toMatchObject({ tag: "committed" })
    await until("the watch tells it", () => seen.changes.length === 1)
    // Its tokens are in its memory: they are worth nothing afterwards.
    node.signal("SIGKILL")
    node.start()
    await until("it answers again", async () => (await store.commit([], [put(key, "2")])).tag === "committed")
    await until("the watch goes on", () => seen.changes.length >= 2)
  })

  it("keeps a user to the ring of its role", async () => {
    const store = open({ tls: closed(), user: east })
    expect(whyNot(await store.list("/hab/west/"))).toMatch(/permission denied/)
    expect(await store.commit([], [put("/hab/west/x", "1")])).toMatchObject({
      tag: "unknown",
      why: expect.stringMatching(/permission denied/),
    })
    const seen = recordWatch(store, "/hab/west/")
    await until("the watch is stale", () => seen.health.includes("stale"))
    expect(seen.listings).toEqual([])
  })

  it.each([
    [
      "a wrong password",
      () => ({ tls: closed(), user: { name: "east", password: "wrong" } }),
      /authentication failed|invalid/,
    ],
    ["no user", () => ({ tls: closed() }), /user name is empty|permission denied/],
    [
      "no certificate of its own",
      () => ({ tls: { authorities: pem("ca.pem") }, user: east }),
      /alert|certificate|EPROTO|ECONNRESET|hang up/i,
    ],
    [
      "no trust in its authority",
      () => ({ tls: { certificate: pem("client.pem"), key: pem("client.key") } }),
      /certificate/,
    ],
  ])("says why it does not serve who comes with %s", async (_, options, why) => {
    expect(whyNot(await open(options()).list("/hab/east/"))).toMatch(why)
  })

  it("is not believed with a certificate that has a common name only", async () => {
    const server = https.createServer({ key: pem("old.key"), cert: pem("old.pem") }, (_, answer) => answer.end("{}"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const endpoints = [`https://127.0.0.1:${(server.address() as AddressInfo).port}`]
    expect(whyNot(await open({ endpoints, tls: closed() }).list("/hab/east/"))).toMatch(/altnames/)
    server.close()
  })

  it("is joined by a supervisor that is given the files", async () => {
    const hab = createHab()
    writeFileSync(at("password"), `${PASSWORD}\n`)
    const cluster = node.endpoint.replace("https", "etcds")
    const files = [
      "--cluster-ca-certs",
      at("ca.pem"),
      "--cluster-cert",
      at("client.pem"),
      "--cluster-key",
      at("client.key"),
    ]
    const user = ["--cluster-user", "east", "--cluster-password-file", at("password")]
    const sup = hab.supervise("--cluster", cluster, "--ring", "east", ...files, ...user)
    const status = () => JSON.parse(hab.run("ring", "status", "--json").stdout || "{}")
    await until("it is a member", () => status().live && status().members.some((member: { me: boolean }) => member.me))
    await sup.stop()
    const stranger = hab.supervise("--cluster", cluster, "--ring", "west", ...files, ...user)
    await until("it says why not", () => /permission denied/.test(String(status().problem)))
    await stranger.stop()
  })
})
