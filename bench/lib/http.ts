/** One JSON call that must succeed. */
export async function call<T>(url: string, method: string, path: string, body?: object, token?: string): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : null) as T;
}

export const enter = (url: string, userId: string) =>
  call<{ status: string; token: string; ticket: number }>(url, 'POST', '/api/v1/token/create', { userId });
