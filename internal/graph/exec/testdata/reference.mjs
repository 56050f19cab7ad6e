// Answers queries with graphql-js: node reference.mjs PACKAGE.JSON SCHEMA, a JSON line in, a JSON line out.
// The values of fields are those of world_test.go: every one follows from a hash of where it is.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const g = createRequire(process.argv[2])('graphql');
const schema = g.buildSchema(readFileSync(process.argv[3], 'utf8'));
let counter = 0;
Error.stackTraceLimit = 0; // traces of thousands of wanted errors take longer than the answers

function hash(text) {
  let h = 2166136261;
  for (const byte of Buffer.from(text, 'utf8')) h = Math.imul(h ^ byte, 16777619) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 2246822507) >>> 0;
  return (h ^ (h >>> 13)) >>> 0;
}

function canon(v) {
  if (v === null || v === undefined) return 'null';
  if (Array.isArray(v)) return '[' + v.map(canon).join(',') + ']';
  if (typeof v === 'object') return '{' + Object.keys(v).sort().map((k) => k + ':' + canon(v[k])).join(',') + '}';
  return typeof v === 'string' ? JSON.stringify(v) : String(v);
}

const words = ['plain', 'é"\\\n', '<&>', '\u2028', '😀', '', '\u0001\u007f'];

function value(h, type, flat) {
  if (g.isNonNullType(type)) {
    if (!flat && h % 41 === 1 && !g.isListType(type.ofType)) return null;
    type = type.ofType;
  } else if (h % 7 === 1) return null;
  if (g.isListType(type)) {
    return Array.from({ length: (h >>> 3) % 4 }, (_, i) => value(hash(h + '#' + i), type.ofType, flat));
  }
  if (g.isAbstractType(type)) {
    const names = schema.getPossibleTypes(type).map((t) => t.name).sort();
    return { seed: h, __typename: (h >>> 9) % 29 === 0 ? 'Query' : names[(h >>> 5) % names.length] };
  }
  const odd = (h >>> 7) % 31 === 0;
  switch (type.name) {
    case 'Int': return odd ? 2 ** 31 : (h % 1000) - 500;
    case 'Float': return odd ? NaN : ((h % 4000) - 2000) / 8;
    case 'String': return words[h % words.length] + (h % 10);
    case 'Boolean': return h % 2 === 0;
    case 'ID': return String(h % 100);
    case 'DateTime': return '2026-01-' + (h % 28);
  }
  if (g.isEnumType(type)) {
    const names = type.getValues().map((v) => v.name);
    return odd ? 'NOPE' : names[h % names.length];
  }
  return { seed: h };
}

function fieldResolver(source, args, _context, info) {
  const where = info.parentType.name + '.' + info.fieldName;
  if (where === 'Query.echo') return canon(args);
  if (where === 'Counter.now') return counter;
  if (info.parentType.name === 'Mutation') counter += args.by ?? 100;
  const h = hash((source?.seed ?? counter) + '|' + where + '|' + canon(args));
  const name = info.fieldName;
  if (/^(broken|panics|ownPanics)/.test(name) || (h % 23 === 0 && !name.startsWith('own'))) throw new Error(where);
  return value(h, info.returnType, name.startsWith('flat'));
}

function answer({ query, operationName, variables }) {
  let document;
  try {
    document = g.parse(query);
  } catch (error) {
    return { refused: error.message };
  }
  const errors = g.validate(schema, document, undefined, { maxErrors: 1 });
  if (errors.length > 0) return { refused: errors[0].message };
  counter = 0;
  const result = g.execute({ schema, document, operationName, variableValues: variables, fieldResolver });
  if (result.data === undefined) return { refused: result.errors[0].message };
  return { data: result.data, paths: (result.errors ?? []).map((e) => e.path), messages: (result.errors ?? []).map((e) => e.message) };
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
