// Faults that other projects have, put into a copy of the shop.

export const FURTHER_FAULTS = [];
