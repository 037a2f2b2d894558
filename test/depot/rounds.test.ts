import { describe, expect, it } from "vitest"
import { inRounds } from "../../src/depot/rounds.ts"
import { fakeClock } from "../support/fake-clock.ts"

describe("a depot that does not answer", () => {
  it("is asked once, and quietly, by who asks again anyway", async () => {
    const told: unknown[] = []
    let asked = 0
    const context = { clock: fakeClock(), report: (fact: unknown) => void told.push(fact), asksAgain: true as const }
    const one = inRounds(context, ["http://a", "http://b"], async () => ({ why: `refused ${++asked}` }))
    await expect(one).rejects.toMatchObject({
      message: "no usable answer from the depot (http://a: refused 1; http://b: refused 2)",
    })
    expect(told).toEqual([])
  })
})

describe("a depot that cannot be trusted", () => {
  it.each([
    ["self-signed certificate in certificate chain", /cache\/ssl.*SSL_CERT_FILE/],
    ["unable to verify the first certificate", /cache\/ssl.*SSL_CERT_FILE/],
    ["certificate has expired", /clock of this machine/],
    ["certificate is not yet valid", /clock of this machine/],
    ["Hostname/IP does not match certificate's altnames: IP: 127.0.0.2 is not in the cert's list", /another name/],
    ["through the proxy 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9", /http_proxy/],
    ["connect ECONNREFUSED 127.0.0.1:9", /--url, HAB_BLDR_URL/],
  ])("comes with what helps: %s", async (why, hint) => {
    const context = { clock: fakeClock(), report: () => undefined }
    const asked = inRounds(context, ["https://a/v1"], async () => ({ why, lasting: true }))
    await expect(asked).rejects.toMatchObject({ code: "DEPOT_UNREACHABLE", hint: expect.stringMatching(hint) })
  })
})
