/** The few steps between plain data and the page's elements. */

/**
 * The element with this id.
 *
 * @throws {Error} when index.html has none of that id and kind: a defect.
 */
export function byId<T extends HTMLElement = HTMLElement>(id: string, kind?: new () => T): T {
  const element = document.getElementById(id);
  if (element === null || (kind !== undefined && !(element instanceof kind)))
    throw new Error(`expected an element with the id ${id}`);
  return element as T;
}

/** A child of an element: text is never read as markup. */
export type Child = Node | string;

/** A new element. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<Pick<HTMLElementTagNameMap[Name], 'className'>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Shows an element, or takes it away from everybody. */
export function show(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}

/** Lets a screen reader say something: what changes many times a second is not told to it. */
export function announce(text: string): void {
  byId('announcement').textContent = text;
}
