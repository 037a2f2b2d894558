import { describe, expect, it } from "vitest"
import { callHook } from "../../src/hooks/call-hook.ts"

type Hook = Parameters<typeof callHook>[0]

async function end(hook: Hook) {
  const warned: string[] = []
  const how = await callHook(hook, { pid: 7 }, (text) => warned.push(text)).then(
    (answer) => (answer === false ? "false" : "succeeded"),
    (error: Error) => error.message,
  )
  return { how, warned }
}

describe("a hook in JavaScript", () => {
  it.each<[string, Hook, string]>([
    ["its return, with fewer than two parameters", () => 7, "succeeded"],
    ["its promise", async () => undefined, "succeeded"],
    ["its callback", (_info, done) => done(null), "succeeded"],
    ["a callback that comes later", (_info, done) => void Promise.resolve().then(() => done()), "succeeded"],
    ["an error for its callback", (_info, done) => done(new Error("no luck")), "no luck"],
    ["a text for its callback", (_info, done) => done("no luck"), "no luck"],
    ["what it throws", () => expect.fail("thrown"), "thrown"],
    ["a rejected promise", () => Promise.reject(new Error("rejected")), "rejected"],
    ["false", () => false, "false"],
    ["a promise of false", async () => false, "false"],
  ])("ends with %s", async (_name, hook, how) => {
    expect((await end(hook)).how).toBe(how)
  })

  it("ends once: a second callback is ignored and told", async () => {
    const { how, warned } = await end((_info, done) => {
      done(null)
      done(new Error("again"))
    })
    expect({ how, warned }).toEqual({
      how: "succeeded",
      warned: ["the hook called its callback again after it was over; that is ignored"],
    })
  })
})
