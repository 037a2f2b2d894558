import fc from "fast-check"

/** The same cases in every run, so that a failure is never luck; PROPERTY_SEED tries others. */
fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 20_261_120) })
