// The filter of the trials: conditions as `nas leaderboard --where` has them, and words.

const JOINED = new Set(["and", "&", "&&"]), REFUSED = new Set(["or", "not", "in", "|", "||"]);
const PIECE = /\s*(?:"([^"]*)"|'([^']*)'|(<=|>=|==|!=|<|>|=)|((?:[^\s<>=!]|!(?!=))+))/y;
const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([kmbt]?)$/i;
const SIZES = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 };
const WORDS = ["status", "failure"];
const SIGNS = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
  "=": (a, b) => a === b, "==": (a, b) => a === b, "!=": (a, b) => a !== b };

// As a condition names them: what is believed as `nas leaderboard --belief` does.
const columnNames = (rows) => [...rows.names.map((name) => name.replace(/^believed /, "")), ...WORDS];

// Tests of a row, all of which must hold; or, of a text that cannot be read, the problem.
function conditions(text, rows) {
  const pieces = piecesOf(text), columns = columnsOf(rows), tests = [];
  for (let i = 0; i < pieces.length;) {
    if (pieces[i].bare && JOINED.has(pieces[i].lower)) { i++; continue; }
    if (pieces[i].bare && REFUSED.has(pieces[i].lower)) return { problem: `${pieces[i].text} (all conditions must hold; nas leaderboard --where has or, not, in)` };
    let end = i;
    while (pieces[end]?.sign || pieces[end + 1]?.sign) end += pieces[end].sign ? 1 : 2;
    if (end === i) {
      tests.push(holding(pieces[i++].lower, rows));
      continue;
    }
    const chain = pieces.slice(i, end + 1);
    const found = comparisons(chain, columns);
    if (!found) return { problem: text.slice(chain[0].begin, chain[chain.length - 1].end).trim() };
    tests.push(...found);
    i = end + 1;
  }
  return { tests };
}

function piecesOf(text) {
  const pieces = [];
  PIECE.lastIndex = 0;
  for (let begin = 0, found; (found = PIECE.exec(text)); begin = PIECE.lastIndex) {
    const word = found[1] ?? found[2] ?? found[3] ?? found[4];
    pieces.push({ text: word, lower: word.toLowerCase(), sign: found[3], bare: found[4] !== undefined, begin, end: PIECE.lastIndex });
  }
  return pieces;
}

// By every name that a column has: the table's heading, the leaderboard's, its own.
function columnsOf(rows) {
  const columns = new Map();
  const add = (name, of, isText) => columns.set(name.toLowerCase(), { of, isText });
  for (const name of rows.names) {
    const of = (row) => rows.value(name, row);
    add(name === "reward" ? rows.metric : labelOf(name), of, false);
  }
  for (const name of rows.names.filter((one) => one.startsWith("believed "))) add(name.slice(9), (row) => rows.value(name, row), false);
  for (const name of rows.names) add(name, (row) => rows.value(name, row), false);
  for (const name of WORDS) add(name, (row) => rows.word(name, row).toLowerCase() || null, true);
  return columns;
}

// Of 0.4 < reward < 0.5 two tests; null where it is no comparison of columns, numbers and texts.
function comparisons(chain, columns) {
  const tests = [];
  for (let i = 0; i === 0 || i + 1 < chain.length; i += 2) {
    const [left, sign, right] = [chain[i], chain[i + 1]?.sign, chain[i + 2]];
    if (left.sign || !sign || !right || right.sign) return null;
    const one = operand(left, columns, true);
    const other = operand(right, columns, false) ?? (one?.isText ? constant(right.lower, true) : null);
    if (!one || !other || one.isText !== other.isText || (one.isConstant && other.isConstant)) return null;
    tests.push((row) => {
      const [a, b] = [one.of(row), other.of(row)];
      return known(a) && known(b) && SIGNS[sign](a, b);  // what is missing neither holds nor fails
    });
  }
  return tests;
}

const constant = (value, isText) => ({ of: () => value, isText, isConstant: true });

// A text between quotes is a column's name only where one begins.
function operand(piece, columns, begins) {
  const column = columns.get(piece.lower);
  if (!piece.bare) return begins && column ? column : constant(piece.lower, true);
  const number = NUMBER.exec(piece.text);
  return number ? constant(Number(number[1]) * (SIZES[number[2].toLowerCase()] ?? 1), false) : column ?? null;
}

const holding = (word, rows) => (row) => String(rows.value("trial", row)) === word
  || WORDS.some((name) => rows.word(name, row).toLowerCase().includes(word));
