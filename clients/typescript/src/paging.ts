/**
 * Everything on all pages of a list.
 *
 * @param page asks for one page, for example `(pageToken) => client.trade.listTrades({ pageToken, pageSize: 50 })`.
 * @param items takes the entries out of an answer, for example `(answer) => answer.trades`.
 */
export async function* listAll<Answer extends { nextPageToken: string }, Item>(
  page: (pageToken: string) => Promise<Answer>,
  items: (answer: Answer) => readonly Item[],
): AsyncGenerator<Item> {
  let token = "";
  do {
    const answer = await page(token);
    for (const item of items(answer)) yield item;
    token = answer.nextPageToken;
  } while (token !== "");
}
