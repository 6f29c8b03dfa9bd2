import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

const words = 'Words belong to src/i18n/en.json.';
const spoken =
  '/^(aria-label|aria-description|aria-roledescription|aria-valuetext|title|placeholder|alt|label)$/';

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/ipc/bindings.ts'] },
  ...ts.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-dynamic-delete': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['src/**/*.test.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'JSXText[value=/\\p{L}/u]', message: words },
        { selector: 'JSXElement > JSXExpressionContainer > Literal[value=/\\p{L}/u]', message: words },
        { selector: `JSXAttribute[name.name=${spoken}] > Literal[value=/\\p{L}/u]`, message: words },
        {
          selector: `JSXAttribute[name.name=${spoken}] > JSXExpressionContainer > :matches(Literal[value=/\\p{L}/u], TemplateLiteral)`,
          message: words,
        },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/ipc/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@tauri-apps/*'], message: 'Only src/ipc knows Tauri.' },
            { group: ['**/ipc/fake/*', '**/ipc/fake'], message: 'The fake is for tests and for looking.' },
          ],
        },
      ],
    },
  },
  { files: ['src/**/*.test.{ts,tsx}', 'src/test/**'], rules: { 'no-restricted-imports': 'off' } },
);
