/** Of windows that have the client: calls it by the tab's name. */
export const MARK = '__devtool_mcp__';
