import { spawnSync } from "node:child_process"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0

/** Where control is taken over TCP. */
async function addressOf(sup: SupervisorRun): Promise<string> {
  const line = await sup.sees(/Starting ctl-gateway on 127\.0\.0\.1:\d+/)
  await sup.sees("Starting http-gateway")
  return /on (127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? ""
}

/** A root of its own, as on another machine, that knows the secret. */
function elsewhere(hab: Hab, cliToml = ""): Hab {
  const other = createHab()
  other.write("hab/etc/cli.toml", `ctl_secret = "${hab.read("hab/sup/default/CTL_SECRET")}"\n${cliToml}`)
  return other
}

describe("hab svc --remote-sup", () => {
  it("works on a supervisor elsewhere for those who know its secret, and refuses the others", async () => {
    const hab = createHab()
    const sup = hab.supervise("--listen-ctl", "127.0.0.1:0")
    const address = await addressOf(sup)
    const other = elsewhere(hab)
    expect(other.does("svc", "status", "-r", address)).toBe("No services loaded.")
    expect(other.run("svc", "load", "acme/web", "--remote-sup", address)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("[Err: 2]"),
    })
    expect(other.run("svc", "stop", "acme/web", "-r", address).stderr).toContain(
      "[Err: 2] Service not loaded, acme/web",
    )
    other.write("hab/etc/cli.toml", 'ctl_secret = "guessed"\n')
    expect(other.run("svc", "status", "-r", address)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("[Err: 4] secret key mismatch"),
    })
    other.write("hab/etc/cli.toml", "")
    expect(other.run("svc", "status", "-r", address).stderr).toContain("There is no secret for the supervisor")
    expect(await sup.stop()).toBe(0)
    const gone = elsewhere(hab).run("svc", "status", "-r", address)
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining("Unable to contact the Supervisor.")])
  })

  it.skipIf(!hasOpenssl)("speaks TLS with what `hab sup secret generate-tls` made (needs openssl)", async () => {
    const hab = createHab()
    const [key = "", certificate = ""] = hab
      .does("sup", "secret", "generate-tls", "--subject-alternative-name", "sup.example")
      .split("\n")
    expect([key, certificate]).toEqual([
      expect.stringMatching(/\/ctl-gateway-\d{14}\.key\.pem$/),
      expect.stringMatching(/\/ctl-gateway-\d{14}\.crt\.pem$/),
    ])
    const sup = hab.supervise("--listen-ctl", "127.0.0.1:0", "--ctl-server-key", "--ctl-server-certificate")
    const address = await addressOf(sup)
    const tls = `ctl_server_ca_certificate = "${certificate}"\nctl_server_name_indication = "sup.example"\n`
    const other = elsewhere(hab, tls)
    const before = JSON.parse(other.does("sup", "status", "--json", "-r", address)).pid
    expect(other.run("sup", "restart", "-r", address, "-d").code).toBe(0)
    await sup.sees("Supervisor shutting down for restart")
    expect(before).toBeGreaterThan(0)
    expect(elsewhere(hab).run("svc", "status", "-r", address).code).toBe(1)
    expect(await sup.stop()).toBe(0)
  })

  it("is not opened without the key that was asked for", () => {
    const hab = createHab()
    const { code, stderr } = hab.run(
      "sup",
      "run",
      "--listen-ctl",
      "127.0.0.1:0",
      "--ctl-server-key",
      "--ctl-server-certificate",
    )
    expect([code, stderr]).toEqual([1, expect.stringContaining("holds no ctl-gateway-*.key.pem")])
  })
})
