// Words people read stand in src/i18n/en.json. This finds those that stand in the code: as text, as a part of
// an expression that becomes text, in a template, in what is spoken or shown on hover.

const LETTER = /\p{L}/u;

/** Attributes and properties that people read or hear. */
const SPOKEN = new Set([
  'action',
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'aria-valuetext',
  'detail',
  'hint',
  'label',
  'placeholder',
  'text',
  'title',
  'what',
]);

const message = 'Words belong to src/i18n/en.json.';

/** The pieces of an expression that hold words and can become its value; a call's arguments cannot. */
function words(node) {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' && LETTER.test(node.value) ? [node] : [];
    case 'TemplateLiteral':
      return [
        ...node.quasis.filter((quasi) => LETTER.test(quasi.value.cooked ?? '')),
        ...node.expressions.flatMap(words),
      ];
    case 'ConditionalExpression':
      return [...words(node.consequent), ...words(node.alternate)];
    case 'LogicalExpression':
      return [...(node.operator === '&&' ? [] : words(node.left)), ...words(node.right)];
    case 'BinaryExpression':
      return node.operator === '+' ? [...words(node.left), ...words(node.right)] : [];
    case 'SequenceExpression':
      return words(node.expressions.at(-1));
    case 'ArrayExpression':
      return node.elements.flatMap(words);
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return words(node.expression);
    case 'JSXExpressionContainer':
      return words(node.expression);
    default:
      return [];
  }
}

export default {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const report = (nodes) => {
      for (const node of nodes) context.report({ node, message });
    };
    const children = ({ children: all }) => {
      for (const child of all) {
        if (child.type === 'JSXText' && LETTER.test(child.value)) report([child]);
        if (child.type === 'JSXExpressionContainer') report(words(child.expression));
      }
    };
    return {
      JSXElement: children,
      JSXFragment: children,
      JSXAttribute({ name, value }) {
        if (SPOKEN.has(name.name)) report(words(value));
      },
      Property({ key, value, computed, parent }) {
        const name = key.type === 'Identifier' ? key.name : key.value;
        // A dotted word is a key of en.json, which the type of `t` checks.
        if (computed || parent.type !== 'ObjectExpression' || !SPOKEN.has(name)) return;
        report(
          words(value).filter(
            (node) => !/^[a-z][A-Za-z]*(\.[A-Za-z_]+)+$/.test(node.value?.cooked ?? node.value),
          ),
        );
      },
    };
  },
};
