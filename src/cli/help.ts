/** What `devtool-mcp help` prints. */
export const HELP = `devtool-mcp: runs and watches the processes of a web project, for a coding agent and the person beside it

  devtool-mcp [mcp]                      MCP server on stdio: what a client's configuration names
  devtool-mcp up [dir]                   detect, start the dev script, show its output; Ctrl-C stops it
  devtool-mcp TOOL [ACTION] [key=value …] [--json]
                                         any tool from the shell, e.g.
                                           devtool-mcp detect
                                           devtool-mcp run script_name=dev keep=true
                                           devtool-mcp proc output process_id=dev tail=20
                                           devtool-mcp proc stop process_id=dev
  devtool-mcp daemon start|stop|status|info|restart|run
                                         the daemon by hand; run keeps it in the foreground
  devtool-mcp --version

What run starts goes on for 10 minutes after the project's last client has left; with keep=true until it is stopped.

Environment: DEVTOOL_MCP_HOME (one directory for socket, state and log), DEVTOOL_MCP_IDLE_MS (the daemon ends after so long
without clients and live processes; default 600000), DEVTOOL_MCP_PROJECT_IDLE_MS (a project's processes end so long after its
last client has left; default 600000).
`;
