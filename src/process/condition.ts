/** What may be waited for. */
export type Condition =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'regex'; readonly regex: string }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'http'; readonly url: string }
  /** A line for the shell, run beside the process until it ends with 0. */
  | { readonly kind: 'exec'; readonly line: string };
