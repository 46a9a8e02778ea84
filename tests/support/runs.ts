/** How often a property is tried: so often every day, and ten times as often in a campaign, which draws other examples. */
export const runs = (everyday: number): number =>
  process.env["KEEPSAKE_FUZZ"] === undefined ? everyday : 10 * everyday
