using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace ActorHeartbeat.Templates;

/// <summary>The spellings in which a server may repeat a secret.</summary>
internal static class SecretSpelling
{
    public static string[] Of(string secret) =>
    [
        secret,
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        JavaScriptEncoder.Default.Encode(secret),
        Json(secret, slash: "/"),
        Json(secret, slash: "\\/"),
        Uri.EscapeDataString(secret),
        WebUtility.HtmlEncode(secret),
    ];

    /// <summary>In JSON of ASCII characters alone, as many libraries write it.</summary>
    private static string Json(string text, string slash)
    {
        var spelled = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            if (unit == '/')
                spelled.Append(slash);
            else if (unit is '"' or '\\')
                spelled.Append('\\').Append(unit);
            else if (unit is >= ' ' and <= '~')
                spelled.Append(unit);
            else
                spelled.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
        return spelled.ToString();
    }
}
