/** Text for HTML and for Markdown, in which nothing of it is markup. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text for an element or a quoted attribute.
 *
 * @example
 * ```ts
 * escapeHtml('<b> "x"'); // '&lt;b&gt; &quot;x&quot;'
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * Text for a paragraph or the cell of a table. URLs stay links and marks such as `[3]` stay marks.
 *
 * @example
 * ```ts
 * escapeMarkdown('a|b *c* [1]'); // 'a\\|b \\*c\\* [1]'
 * escapeMarkdown('see https://a.example/b_c'); // 'see https://a.example/b_c'
 * ```
 */
export function escapeMarkdown(text: string): string {
  return text
    .split(/(https?:\/\/[^\s,;)|<>]+|\[\d+\])/)
    .map((part, i) => (i % 2 === 1 ? part : escapePlain(part)))
    .join('');
}

const escapePlain = (text: string) =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|~#]/g, (character) => {
    return character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`;
  });
