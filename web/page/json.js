// Reads JSON text without touching it: a number such as 9007199254740993 or
// 1.10 is shown with the digits that it came with, which JSON.parse would lose.
// The text must be valid JSON.

/** The end of the string that begins with the quote at i. */
function stringEnd(text, i) {
  for (;;) {
    i = text.indexOf('"', i + 1);
    let slashes = 0;
    while (text[i - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return i + 1;
  }
}

function skipSpace(text, i) {
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\t' || text[i] === '\r') i++;
  return i;
}

/** The end of the value that begins at i. */
function valueEnd(text, i) {
  if (text[i] === '"') return stringEnd(text, i);
  if (text[i] !== '{' && text[i] !== '[') {
    while (i < text.length && !',]} \n\t\r'.includes(text[i])) i++;
    return i;
  }
  for (let depth = 0; ; ) {
    const c = text[i];
    if (c === '"') {
      i = stringEnd(text, i);
      continue;
    }
    if (c === '{' || c === '[') depth++;
    if (c === '}' || c === ']') depth--;
    i++;
    if (depth === 0) return i;
  }
}

/** Calls visit(key, from, to) for each value of an object, or visit(index, …) of an array. */
function eachValue(text, visit) {
  let i = skipSpace(text, 0);
  const keyed = text[i] === '{';
  i = skipSpace(text, i + 1);
  for (let index = 0; text[i] !== '}' && text[i] !== ']'; index++) {
    let key = index;
    if (keyed) {
      const end = stringEnd(text, i);
      key = JSON.parse(text.slice(i, end));
      i = skipSpace(text, skipSpace(text, end) + 1);
    }
    const end = valueEnd(text, i);
    visit(key, i, end);
    i = skipSpace(text, end);
    if (text[i] === ',') i = skipSpace(text, i + 1);
  }
}

/** The text of one member of an object; "null" if there is none. */
export function member(text, name) {
  let found = 'null';
  eachValue(text, (key, from, to) => {
    if (key === name) found = text.slice(from, to);
  });
  return found;
}

/** The texts of an array's elements. */
export function elements(text) {
  const texts = [];
  eachValue(text, (_, from, to) => texts.push(text.slice(from, to)));
  return texts;
}

/** The same JSON, indented. */
export function pretty(text, indent = '') {
  const open = text[0];
  if (open !== '{' && open !== '[') return text;
  const deeper = indent + '  ';
  const lines = [];
  eachValue(text, (key, from, to) => {
    const name = open === '{' ? JSON.stringify(key) + ': ' : '';
    lines.push(deeper + name + pretty(text.slice(from, to), deeper));
  });
  if (lines.length === 0) return open === '{' ? '{}' : '[]';
  return open + '\n' + lines.join(',\n') + '\n' + indent + (open === '{' ? '}' : ']');
}
