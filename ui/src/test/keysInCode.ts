import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Every text that the code can ask words for: literals, and templates with all that their parts can be. */
export function textsInCode(): { all: Set<string>; asked: Set<string> } {
  const config = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'));
  const { options, fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, process.cwd());
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const all = new Set<string>();
  const asked = new Set<string>();
  for (const file of program.getSourceFiles()) {
    if (!isPage(file.fileName)) continue;
    const look = (node: ts.Node): void => {
      const texts = textsOf(node, checker);
      for (const text of texts) {
        all.add(text);
        if (isAsked(node)) asked.add(text);
      }
      ts.forEachChild(node, look);
    };
    look(file);
  }
  return { all, asked };
}

function isPage(path: string): boolean {
  const src = join(process.cwd(), 'src').replaceAll('\\', '/');
  return path.startsWith(`${src}/`) && !/\.test\.tsx?$|\/src\/test\/|\/ipc\/fake\/|bindings\.ts$/.test(path);
}

function textsOf(node: ts.Node, checker: ts.TypeChecker): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (!ts.isTemplateExpression(node)) return [];
  let texts = [node.head.text];
  for (const span of node.templateSpans) {
    const ends = literalsOf(checker.getTypeAtLocation(span.expression));
    texts = texts.flatMap((text) => ends.map((end) => text + end + span.literal.text));
  }
  return texts;
}

/** The texts a value can be; none where it can be any. */
function literalsOf(type: ts.Type): string[] {
  if (type.isUnion()) {
    const parts = type.types.map(literalsOf);
    return parts.some((part) => part.length === 0) ? [] : parts.flat();
  }
  return type.isStringLiteral() ? [type.value] : [];
}

/** The first argument of `t`, or the key of a `Trans`. */
function isAsked(node: ts.Node): boolean {
  let top = node;
  while (ts.isConditionalExpression(top.parent) && top !== top.parent.condition) top = top.parent;
  const { parent } = top;
  if (ts.isCallExpression(parent) && parent.arguments[0] === top) {
    const called = parent.expression;
    return ts.isIdentifier(called)
      ? called.text === 't'
      : ts.isPropertyAccessExpression(called) && called.name.text === 't';
  }
  const attribute = ts.isJsxExpression(parent) ? parent.parent : parent;
  return ts.isJsxAttribute(attribute) && attribute.name.getText() === 'i18nKey';
}
