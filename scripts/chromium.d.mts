/** Null when there is none. DEVTOOL_MCP_CHROMIUM names another. */
export function chromiumPath(): string | null;
