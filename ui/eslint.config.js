import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';
import words from './eslint.words.js';

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
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/ipc/**', 'src/test/**'],
    plugins: { own: { rules: { words } } },
    rules: { 'own/words': 'error' },
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
