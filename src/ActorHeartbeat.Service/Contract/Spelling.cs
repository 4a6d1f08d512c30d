using System.Text.Json;

namespace ActorHeartbeat.Service.Contract;

/// <summary>Converts names in code to their spelling outside of it.</summary>
internal static class Spelling
{
    public static string Kebab<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
