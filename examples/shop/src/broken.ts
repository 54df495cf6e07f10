// Fault on purpose: this does not compile. Only `/?broken` imports it.
export const discount = (cents: number: number => cents * 0.9;
