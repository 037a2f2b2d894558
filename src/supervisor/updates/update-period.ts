const LEAST_MS = 60_000

/**
 * How long between two looks at the channels: HAB_UPDATE_STRATEGY_PERIOD_MS, or the option in seconds. The variable is
 * raised to a minute unless HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK is set (spec supervisor §6.6).
 */
export function updatePeriodMs(env: Readonly<Record<string, string>>, optionSec: number): number {
  const given = env["HAB_UPDATE_STRATEGY_PERIOD_MS"] ?? ""
  if (!/^[1-9]\d{0,9}$/.test(given)) return optionSec * 1000
  const mayBeShort = (env["HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK"] ?? "") !== ""
  return mayBeShort ? Number(given) : Math.max(LEAST_MS, Number(given))
}
