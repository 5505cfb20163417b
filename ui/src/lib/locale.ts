/**
 * A language that numbers can be written in.
 *
 * In the C locale WebKitGTK calls the user's language `C`, which is no language tag: uPlot asks for
 * number formats in it and fails before anything is drawn. Imported before everything else.
 */
export function settleLanguage(of: { readonly language: string } = navigator): void {
  try {
    new Intl.NumberFormat(of.language);
  } catch {
    Object.defineProperty(of, 'language', { value: 'en-US', configurable: true });
  }
}

settleLanguage();
