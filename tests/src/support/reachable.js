// The body of an asynchronous WebDriver script: every text that a script in the page can get at.
const [done] = arguments;

/** More things than any page has; a walk that is longer than that has lost its way. */
const MOST = 2_000_000;

const texts = new Set();
const seen = new Set();
const ahead = [];
const meet = (value) => {
  if (typeof value === 'string') texts.add(value);
  else if (typeof value === 'symbol') texts.add(String(value));
  else if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    if (seen.has(value) || seen.size > MOST) return;
    seen.add(value);
    ahead.push(value);
  }
};
const lookInto = (thing) => {
  if (thing instanceof Map || thing instanceof Set)
    for (const [key, value] of thing.entries()) {
      meet(key);
      meet(value);
    }
  if (ArrayBuffer.isView(thing) || thing instanceof ArrayBuffer) {
    const bytes = new Uint8Array(thing.buffer ?? thing);
    if (bytes.length < 2 ** 24) meet(new TextDecoder('latin1').decode(bytes));
    return;
  }
  if (typeof thing === 'function') meet(Function.prototype.toString.call(thing).slice(0, 20_000));
  for (const key of Reflect.ownKeys(thing)) {
    meet(key);
    try {
      const { value } = Reflect.getOwnPropertyDescriptor(thing, key) ?? {};
      meet(value === undefined ? thing[key] : value);
    } catch {
      // What may not be read cannot be had.
    }
  }
  try {
    meet(Object.getPrototypeOf(thing));
  } catch {
    // The same.
  }
};

const kept = async () => {
  for (const store of [localStorage, sessionStorage])
    for (let at = 0; at < store.length; at += 1) {
      meet(store.key(at));
      meet(store.getItem(store.key(at)));
    }
  meet(document.cookie);
  meet(document.documentElement.outerHTML);
  meet(JSON.stringify(history.state));
  meet(location.href);
  performance.getEntries().forEach((entry) => meet(JSON.stringify(entry)));
  const names = [];
  for (const { name } of (await indexedDB.databases?.()) ?? []) names.push(`indexedDB ${name}`);
  for (const name of (await globalThis.caches?.keys?.()) ?? []) names.push(`cache ${name}`);
  return names;
};

const walk = async () => {
  const names = await kept();
  meet(globalThis);
  document.querySelectorAll('*').forEach(meet);
  while (ahead.length > 0) lookInto(ahead.pop());
  return { names, things: seen.size, lost: seen.size > MOST, texts: [...texts].join('\n') };
};
walk().then(done, (error) => done({ failed: `${error}` }));
