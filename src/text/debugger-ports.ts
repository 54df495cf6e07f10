/** Ports that debuggers in a program announce in its output: Node's and Chromium's inspector, Java's JDWP, Go's Delve. */

const ANNOUNCED =
  /(?:(?:Debugger|DevTools) listening on ws:\/\/|dt_socket at address: |API server listening at: )(?:[^\s/]{0,100}:)?(\d{1,5})(?![\d.:])/g;

export const findDebuggerPorts = (text: string): number[] =>
  [...text.matchAll(ANNOUNCED)].map(([, port]) => Number(port)).filter((port) => port > 0 && port < 65_536);
