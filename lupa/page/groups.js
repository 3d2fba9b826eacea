// Rows that belong together.

/** The rows in groups, by what `key` says of each. */
export function by(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const group = found.get(key(row));
    if (group) group.push(row);
    else found.set(key(row), [row]);
  }
  return found;
}
