import type { Rule } from 'eslint';

declare const words: Rule.RuleModule;
export default words;
