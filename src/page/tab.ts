/** Which tab and which load this is. */
import { quietly, random } from './natives.ts';

const KEY = '__devtool_tab';

/** Kept in sessionStorage, which is the tab's; a duplicated tab gets a copy, so a tab that is open gives its name up while it lives. */
export function tabName(): string {
  let name = '';
  quietly(() => {
    name = sessionStorage.getItem(KEY) ?? '';
    sessionStorage.removeItem(KEY);
  });
  return name === '' ? newName() : name;
}

/** For the next load in this tab. */
export function keepTabName(name: string): void {
  quietly(() => sessionStorage.setItem(KEY, name));
}

/** 52 random bits: names are to be different, not secret. */
export const newName = (): string => random().toString(36).slice(2, 12);

/** 'top', or how the frame is called in the page around it. */
export function frameName(): string {
  if (window.top === window) return 'top';
  const own = window.name || location.pathname;
  return `frame ${own.slice(0, 80)}`;
}
