/**
 * Changes of the document, recorded only while somebody has asked for them: what came, went, and changed, in few words, equal ones
 * together. A page that changes without end is counted, not followed.
 */
import { isTypedIn, labelOf } from './labels.ts';
import type { Link } from './link.ts';
import { clock, later, list, NativeMutationObserver, quietly, round } from './natives.ts';
import { selectorOf } from './selector.ts';

/** Changes wait so long for equal ones. */
const GATHER_MS = 200;
/** Different ones told of each gathering, and in a second. */
const MOST_TOLD = 20;
const MOST_A_SECOND = 50;
/** Records looked at in one go: a page that draws ten thousand rows is not to wait for us. */
const MOST_LOOKED_AT = 500;
const LONGEST_TEXT = 80;

const WATCHED = { __proto__: null, subtree: true, childList: true, attributes: true, characterData: true };

type What = 'added' | 'removed' | 'attribute' | 'text';

interface Change {
  readonly what: What;
  /** Where it happened; what is equal to another has the same. */
  readonly place: Node;
  /** Of the attribute, or of the elements that came or went. */
  readonly name: string;
  readonly element: string;
  text: string;
  count: number;
}

/** Turns the recording on and off; off at first. */
export function watchChanges(link: Link): (isOn: boolean) => void {
  let changes = list<Change>();
  let others = 0;
  let isGathering = false;
  let second = 0;
  let inSecond = 0;
  let isOn = false;

  const observer = new NativeMutationObserver((records) => quietly(() => take(records)));

  function take(records: readonly MutationRecord[]): void {
    for (let i = 0; i < records.length && i < MOST_LOOKED_AT; i++) {
      const record = records[i];
      if (record !== undefined) takeOne(record);
    }
    if (records.length > MOST_LOOKED_AT) others += records.length - MOST_LOOKED_AT;
    if (isGathering || (changes.length === 0 && others === 0)) return;
    isGathering = true;
    later(() => quietly(tell), GATHER_MS);
  }

  function takeOne({ type, target, attributeName, addedNodes, removedNodes }: MutationRecord): void {
    if (type === 'attributes') note('attribute', target, attributeName ?? '', target);
    else if (type === 'characterData') noteText(target.parentNode, target);
    else {
      takeNodes('added', target, addedNodes);
      takeNodes('removed', target, removedNodes);
    }
  }

  function takeNodes(what: 'added' | 'removed', parent: Node, nodes: NodeList): void {
    for (let i = 0; i < nodes.length && i < MOST_LOOKED_AT; i++) {
      const node = nodes[i];
      if (node instanceof Element && !isOurs(node)) note(what, parent, node.localName, node);
      else if (node instanceof Text && (what === 'added' || parent.childNodes.length === 0)) noteText(parent, node);
    }
  }

  function noteText(place: Node | null, node: Node): void {
    if (place !== null && (node.nodeValue?.trim() ?? '') !== '') note('text', place, '', place);
  }

  function note(what: What, place: Node, name: string, node: Node): void {
    for (let i = 0; i < changes.length; i++) {
      const known = changes[i];
      if (known === undefined || known.place !== place || known.what !== what || known.name !== name) continue;
      known.count += 1;
      known.text = textOf(what, name, node);
      return;
    }
    if (changes.length >= MOST_TOLD) {
      others += 1;
      return;
    }
    const element = place instanceof Element ? selectorOf(place) : place.nodeName;
    changes[changes.length] = { what, place, name, element, text: textOf(what, name, node), count: 1 };
  }

  function tell(): void {
    isGathering = false;
    const today = round(clock() / 1_000);
    if (today !== second) inSecond = 0;
    second = today;
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i];
      if (change === undefined) continue;
      const { what, element, name, text, count } = change;
      inSecond += 1;
      if (inSecond > MOST_A_SECOND) others += count;
      else link.report('mutation', { what, element, name, text, count });
    }
    changes = list();
    if (others === 0 || inSecond > MOST_A_SECOND + MOST_TOLD) return;
    link.report('mutation', { what: 'more', element: '', name: '', text: '', count: others });
    others = 0;
  }

  return (wanted) => {
    if (wanted === isOn) return;
    isOn = wanted;
    if (wanted) observer.observe(document, WATCHED);
    else observer.disconnect();
  };
}

/** What is typed is nobody's business, and a password stands in its attribute too. */
function textOf(what: What, name: string, node: Node): string {
  if (!(node instanceof Element) || isTypedIn(node)) return '';
  if (node instanceof HTMLScriptElement || node instanceof HTMLStyleElement) return '';
  if (node instanceof HTMLInputElement && name === 'value') return '';
  const text = what === 'attribute' ? (node.getAttribute(name) ?? '(gone)') : labelOf(node);
  return text.slice(0, LONGEST_TEXT);
}

/** Code that was asked to run comes as a script, and goes again. */
const isOurs = (element: Element): boolean =>
  element instanceof HTMLScriptElement && element.src.includes('/__devtool/');
