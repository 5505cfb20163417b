/** Reading the picture that somebody chose, for the other side to decode and make anew. */

export const largestPicture = 500 * 1024;
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'];

/** Why a file cannot be taken; `null` when it can. */
export function pictureProblem(file: { size: number; type: string }): string | null {
  if (!pictureTypes.includes(file.type)) return 'A PNG, JPEG or WebP file';
  if (file.size > largestPicture) return 'At most 500 kB';
  return file.size === 0 ? 'The file is empty' : null;
}

/** The bytes of a file as base64. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => {
      const [, data = ''] = String(reader.result).split(',');
      done(data);
    };
    reader.onerror = () => failed(reader.error ?? new Error('The file cannot be read'));
    reader.readAsDataURL(file);
  });
}
