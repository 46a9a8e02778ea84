/** What every request asks for: instants in UTC, ids that survive a move between folders, text instead of web pages. */
export const PREFER = {
  prefer: 'outlook.timezone="UTC", odata.maxpagesize=50, IdType="ImmutableId", outlook.body-content-type="text"'
} as const
