/** What the backend asks for; said here before it is sent. */
export const shortestPassword = 12;
export const longestPassword = 256;
