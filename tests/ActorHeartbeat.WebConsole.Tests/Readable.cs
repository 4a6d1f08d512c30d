using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>What of a page cannot be read well, by the rules of WCAG 2.2: contrast (1.4.3), and where the keyboard is (2.4.7).</summary>
internal static class Readable
{
    /// <summary>The visible texts whose contrast to what is behind them is below 4.5, or 3 for large ones; disabled controls may.</summary>
    private const string FaintTexts =
        """
        () => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const rgba = colour => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
          };
          const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
          const behind = element => {
            const grounds = [];
            for (let at = element; at; at = at.parentElement) grounds.unshift(rgba(getComputedStyle(at).backgroundColor));
            return grounds.reduce((below, ground) => over(ground, below), rgba("Canvas"));
          };
          const light = colour => colour.slice(0, 3)
            .map(each => each / 255).map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
            .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
          const faint = [];
          for (const element of document.querySelectorAll("body *")) {
            const text = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join("");
            const style = getComputedStyle(element);
            if (!text || !element.getClientRects().length || style.visibility !== "visible" || style.clipPath !== "none") continue;
            if (element.closest("[aria-hidden=true], [disabled], option")) continue;
            const ground = behind(element);
            const [one, other] = [light(over(rgba(style.color), ground)), light(ground)];
            const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            const size = parseFloat(style.fontSize);
            if (contrast < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5))
              faint.push(`${contrast.toFixed(2)}: ${text.slice(0, 40)}`);
          }
          return faint;
        }
        """;

    public static Task<string[]> FaintTextsOf(IPage page) => page.EvaluateAsync<string[]>(FaintTexts);

    /// <summary>Goes through the page by Tab and tells each element that has the focus and does not show it.</summary>
    public static async Task<IReadOnlyList<string>> HiddenFocusOf(IPage page, int steps)
    {
        var hidden = new List<string>();
        for (var step = 0; step < steps; step++)
        {
            await page.Keyboard.PressAsync("Tab");
            hidden.Add(await page.EvaluateAsync<string>(
                """
                () => {
                  const at = document.activeElement;
                  const style = getComputedStyle(at);
                  const isShown = at === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
                  return isShown ? "" : at.outerHTML.slice(0, 100);
                }
                """));
        }
        return [.. hidden.Where(each => each.Length > 0).Distinct()];
    }
}
