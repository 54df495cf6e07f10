export interface Product {
  readonly id: number;
  readonly name: string;
  readonly cents: number;
  readonly image: string;
}

/** The body of an answer, whatever its status is: the faults of this shop begin here. */
export async function fetchJson<Body>(path: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(`/api${path}`, init);
  return (await response.json()) as Body;
}

export const post = <Body>(path: string, body: object): Promise<Body> =>
  fetchJson(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
