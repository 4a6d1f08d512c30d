using System.Text.Json;

namespace ActorHeartbeat.Service.Contract;

/// <summary>How names of the code are spelled outside of it.</summary>
internal static class Spelling
{
    public static string Kebab<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
